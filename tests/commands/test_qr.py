"""``dragoman qr``: a code that the product's own decoder reads, and no secret on the terminal."""

import io
from pathlib import Path

import pytest
from PIL import Image

from appliance import cli
from appliance.config.codes import understood
from appliance.workers.camera.code_decoder import decoder

BOOT = """\
[wifi]
ssid = "Hotel Sol"
password = "correct horse"
country = "ES"
[service]
key = "sk-secret"
url = "wss://elsewhere.example/"
[languages]
mine = "es"
"""


def read(path: Path) -> str:
    """The code in a file, as the camera's way reads it."""
    out = io.BytesIO()
    with Image.open(path) as picture:
        picture.convert("RGB").save(out, "JPEG")
    (text,) = decoder()(out.getvalue(), False)
    return text


def test_a_boot_file_becomes_a_code_without_the_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "boot.toml").write_text(BOOT)
    out = tmp_path / "code.png"
    assert cli.main(["qr", "--boot", str(tmp_path / "boot.toml"), "--theirs", "en", "--out", str(out)]) == 0
    asked = understood(read(out))
    assert asked.boot == {"wifi.ssid": "Hotel Sol", "wifi.password": "correct horse", "wifi.country": "ES"}
    assert (asked.values, asked.key) == ({"languages.mine": "es", "languages.theirs": "en"}, None)
    assert out.stat().st_mode & 0o777 == 0o600
    told = capsys.readouterr()
    assert told.err == "this code holds the password: show it to the box alone\n"
    assert "horse" not in told.out + told.err


def test_the_key_only_where_it_is_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "boot.toml").write_text(BOOT)
    out = tmp_path / "code.png"
    assert cli.main(["qr", "--boot", str(tmp_path / "boot.toml"), "--with-key", "--out", str(out)]) == 0
    key = understood(read(out)).key
    assert key is not None
    assert key.reveal() == "sk-secret"
    assert "the password and the key" in capsys.readouterr().err


def test_a_wifi_code_and_the_password_from_standard_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse\n"))
    out = tmp_path / "code.png"
    assert cli.main(["qr", "--ssid", "Sol", "--wifi", "--out", str(out)]) == 0
    assert read(out) == "WIFI:T:WPA;S:Sol;P:correct horse;;"
    assert "the box will ask for it" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--mine", "xx"], "a language that the service does not have"),
        (["--wifi", "--mine", "es"], "a Wi-Fi code needs --ssid"),
        (["--mine", "es", "--out", "code.gif"], "--out must end in .png or .svg"),
        (["--boot", "missing.toml"], "there is no such file"),
        ([], "it asks for nothing"),
    ],
)
def test_what_makes_no_code_has_a_sentence(words: list[str], why: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["qr", *words]) == 69
    assert why in capsys.readouterr().err
