"""Changes to the boot file keep every other byte."""

import tomllib

import pytest

from appliance.config.boot_edit import BootEditError, blanked, written

TEXT = """\
# mine
[wifi]   # the hall
ssid = "Sol" # "here"
password = "a \\" b" # 'no'
[languages]
favourites = ["es", "fr"] # two
"""


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_a_secret_is_blanked_where_it_stands(newline: str, bom: bytes) -> None:
    data = bom + TEXT.replace("\n", newline).encode()
    bare = blanked(data, "wifi", "password")
    assert len(bare) == len(data)
    assert bare == data.replace(b'a \\" b', b"      ")


@pytest.mark.parametrize("line", ['wifi = {ssid = "s", password = "secret12"}', 'wifi.password = "secret12"'])
def test_other_ways_to_write_it(line: str) -> None:
    assert b"secret12" not in blanked(line.encode(), "wifi", "password")


@pytest.mark.parametrize(
    "text", ['[wifi]\npassword = """secret12"""\n', '[wifi]\npassword = """\nsecret12"""\n', "x ="]
)
def test_what_cannot_be_blanked_is_refused_without_its_value(text: str) -> None:
    with pytest.raises(BootEditError) as caught:
        blanked(text.encode(), "wifi", "password")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_settings_are_written_on_their_lines(newline: str) -> None:
    data = TEXT.replace("\n", newline).encode()
    now = written(
        data, {"wifi.ssid": "Luna", "languages.favourites": ("de",), "wifi.country": "ES", "run.profile": "kiosk"}
    )
    text = now.decode()
    assert f'ssid = "Luna" # "here"{newline}' in text
    assert f'favourites = ["de"] # two{newline}' in text
    assert text.startswith(f'# mine{newline}[wifi]   # the hall{newline}country = "ES"{newline}')
    assert text.endswith(f'{newline}[run]{newline}profile = "kiosk"{newline}')
    assert tomllib.loads(text.replace("\r\n", "\n"))["languages"] == {"favourites": ["de"]}


def test_an_empty_file_gets_its_sections() -> None:
    assert written(b"", {"wifi.ssid": "Sol"}) == b'[wifi]\nssid = "Sol"\n'


@pytest.mark.parametrize("text", ['wifi = {ssid = "a"}\n', '[wifi]\nssid = """a\n"""\n', "[wifi"])
def test_what_cannot_be_changed_is_refused(text: str) -> None:
    with pytest.raises(BootEditError):
        written(text.encode(), {"wifi.ssid": "Sol", "wifi.country": "ES"})
