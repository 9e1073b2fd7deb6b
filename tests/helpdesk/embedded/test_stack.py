"""Ports as the environment names them, and which queues the workers serve."""

import pytest

from helpdesk.embedded.errors import StartRefused
from helpdesk.embedded.layout import DataLayout
from helpdesk.embedded.stack import Ports, worker_specs


def test_web_is_for_this_machine_alone_unless_told_otherwise() -> None:
    assert Ports.from_environment({}) == Ports(host="127.0.0.1", web=8000, smtp=2525)
    assert Ports.from_environment({"HELPDESK_HOST": "0.0.0.0", "PORT": "80"}).host == "0.0.0.0"


@pytest.mark.parametrize("text", ["http", "-1", "0", "65536", "80 ", "²"])
def test_what_is_no_port_is_refused(text: str) -> None:
    with pytest.raises(StartRefused, match="is not a port"):
        Ports.from_environment({"PORT": text})


def test_one_worker_is_kept_free_of_sending_and_reports(tmp_path) -> None:
    queues = [spec.command[spec.command.index("-Q") + 1] for spec in worker_specs(DataLayout(data_dir=tmp_path))[:3]]
    assert queues == ["inbound,timers", "inbound,timers,reports", "outbound"]
