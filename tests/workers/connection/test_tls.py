import ssl
from pathlib import Path

import pytest

from appliance.errors import SettingsError
from appliance.workers.connection import tls
from tests.workers.peers import Authority


def test_verification_is_on_and_old_tls_is_off() -> None:
    context = tls.context()
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_the_extra_anchor_comes_on_top_of_the_systems(tmp_path: Path) -> None:
    plain = tls.context().cert_store_stats()["x509_ca"]
    assert tls.context(str(Authority(tmp_path).ca_file)).cert_store_stats()["x509_ca"] == plain + 1


@pytest.mark.parametrize(
    ("text", "word"), [(None, "cannot be read"), ("not a certificate", "no certificate"), ("", "no certificate")]
)
def test_a_useless_file_is_a_sentence(tmp_path: Path, text: str | None, word: str) -> None:
    path = tmp_path / "ca.pem"
    if text is not None:
        path.write_text(text)
    with pytest.raises(SettingsError) as caught:
        tls.context(str(path))
    (problem,) = caught.value.problems
    assert problem.where == "service.ca_file"
    assert word in problem.sentence
    assert str(path) in problem.sentence
