"""An appliance says whether its copies can be updated."""

from pathlib import Path

from sync.organiser import allowed_signers, new_key

from organiser.appliance.updating import NONE, sentence


def test_only_address_and_key_together_are_a_promise(tmp_path: Path) -> None:
    choice = 'url = "https://example.org/w.git"\n'
    signers = tmp_path / "allowed-signers"
    allowed_signers(signers, new_key(tmp_path, "organiser"))
    assert sentence("", "") == sentence('url = ""', signers.read_text()) == sentence(choice, "") == NONE
    said = sentence(choice, signers.read_text())
    assert said.startswith("Updates: from https://example.org/w.git, signed by SHA256:")
    assert "\n" not in said + NONE
