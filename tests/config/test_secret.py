"""The key is found where it may be, and shows itself nowhere."""

import copy
import logging
from pathlib import Path

import pytest

from appliance.config.secret import SecretKey, find, usable

KEY = "sk-0123456789abcdef"


def test_it_never_shows_itself(caplog: pytest.LogCaptureFixture) -> None:
    key = SecretKey(KEY)
    with caplog.at_level(logging.INFO):
        logging.getLogger("test").info("%s %r", key, key)
    shown = f"{key}{key!r}{key!s}{[key]}{ ({'key': key}) }{caplog.text}{copy.copy(key)}{dir(key)}"
    assert KEY[:6] not in shown
    assert "***" in shown
    assert not hasattr(key, "__dict__")
    assert key.reveal() == KEY


@pytest.mark.parametrize(
    ("key", "fits"), [(KEY, True), ("", False), ("a b", False), ("é", False), ("a\nb", False), ("x" * 513, False)]
)
def test_what_could_be_a_key(key: str, fits: bool) -> None:
    assert usable(key) is fits


def credential(folder: Path, text: str) -> dict[str, str]:
    (folder / "dashscope_api_key").write_text(text, encoding="utf-8")
    return {"CREDENTIALS_DIRECTORY": str(folder)}


def test_the_environment_wins_over_the_credential(tmp_path: Path) -> None:
    environment = credential(tmp_path, "other") | {"DASHSCOPE_API_KEY": f" {KEY}\n"}
    key, where, notices = find(environment)
    assert key is not None
    assert (key.reveal(), where, notices) == (KEY, "environment DASHSCOPE_API_KEY", ())


def test_an_empty_environment_leaves_it_to_the_credential(tmp_path: Path) -> None:
    key, where, _ = find(credential(tmp_path, f"{KEY}\n") | {"DASHSCOPE_API_KEY": ""})
    assert key is not None
    assert (key.reveal(), where) == (KEY, "credential dashscope_api_key")


def test_no_key_is_no_complaint(tmp_path: Path) -> None:
    assert find({}) == (None, "", ())
    assert find({"CREDENTIALS_DIRECTORY": str(tmp_path)}) == (None, "", ())


def test_what_cannot_be_a_key_is_noticed_and_not_repeated(tmp_path: Path) -> None:
    for environment in ({"DASHSCOPE_API_KEY": "secret words"}, credential(tmp_path, "secret\nwords")):
        key, where, notices = find(environment)
        assert (key, where, len(notices)) == (None, "", 1)
        assert "secret" not in str(notices[0])
        assert "holds no usable key" in str(notices[0])


def test_a_credential_that_cannot_be_read_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "dashscope_api_key").mkdir()
    key, _, notices = find({"CREDENTIALS_DIRECTORY": str(tmp_path)})
    assert key is None
    assert [str(notice) for notice in notices] == [
        "credential dashscope_api_key: the key cannot be read: Is a directory"
    ]


@pytest.mark.parametrize("written", ['"sk-1"', "'sk-1'", " sk-1\n", "Bearer sk-1", '"Bearer sk-1" '])
def test_what_was_pasted_with_a_key_is_no_part_of_it(written: str) -> None:
    found, _, notices = find({"DASHSCOPE_API_KEY": written})
    assert found is not None
    assert (found.reveal(), notices) == ("sk-1", ())
