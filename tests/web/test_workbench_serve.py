"""`mantlet serve` from the command line."""

from __future__ import annotations

import subprocess
import sys

import pytest

from mantlet.base.errors import InputError
from mantlet.web.server import Server, served_file
from tests.web.workbench import client_of, served, write


def test_a_file_that_is_not_there_and_one_of_another_tool_are_refused(call, tmp_path):
    assert "there is no such file" in call("serve", tmp_path / "thretmodel.yaml", "--no-open", code=2).err
    foreign = write(
        tmp_path, '{"version": "2.0", "summary": {"title": "x"}, "detail": {"diagrams": []}}', "dragon.json"
    )
    said = call("serve", foreign, "--no-open", code=2).err
    assert "mantlet import" in said
    broken = write(tmp_path, "elements: [\n")
    assert "threatmodel.yaml:" in call("serve", broken, "--no-open", code=2).err
    assert sorted(item.name for item in tmp_path.iterdir()) == ["dragon.json", "threatmodel.yaml"]


def test_a_folder_stands_for_its_model_or_a_new_one(tmp_path):
    assert served_file(tmp_path) == tmp_path / "threatmodel.yaml"
    write(tmp_path, "{}", "threatmodel.json")
    assert served_file(tmp_path) == tmp_path / "threatmodel.json"
    with pytest.raises(InputError):
        served_file(tmp_path / "missing")


def test_the_usual_port_is_taken_where_it_is_free_and_any_other_where_not(tmp_path):
    path = write(tmp_path)
    first = Server(path, port=None)
    second = Server(path, port=None)
    assert first.port != second.port
    first.close()
    second.close()


def test_it_answers_on_the_newer_addresses_too(tmp_path):
    try:
        with served(write(tmp_path), host="::1") as server:
            assert server.url.startswith(f"http://[::1]:{server.port}/")
            with client_of(server) as client:
                client.base_url = f"http://[::1]:{server.port}"
                assert client.get("/api/project").status_code == 200
    except OSError as error:
        pytest.skip(f"no IPv6 here: {error}")


def test_other_commands_do_not_load_the_server(tmp_path):
    path = write(tmp_path)
    script = (
        "import sys; sys.argv = ['mantlet', 'risks', sys.argv[1], '--summary']; from mantlet.__main__ import run; run();"
        "print([name for name in ('fastapi', 'starlette', 'uvicorn', 'watchfiles', 'pydantic') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], check=True, capture_output=True, text=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
