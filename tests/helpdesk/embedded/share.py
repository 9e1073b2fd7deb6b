"""A small command that needs the database, for the tests: prints what serves it, stays while a file is there."""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

import psycopg

from helpdesk.embedded.commands import database_for
from helpdesk.embedded.layout import DataLayout

stays_while = Path(sys.argv[1])
data = DataLayout.from_environment()
with database_for(["shell"]):
    server = (data.postgres_data_dir / "postmaster.pid").read_text().split("\n", 1)[0]
    host = str(data.postgres_socket_dir)
    with psycopg.connect(host=host, port=5432, user="helpdesk", dbname="helpdesk") as connection:
        connection.execute("SELECT 1")
        print("served by", server, flush=True)
        while stays_while.exists():
            time.sleep(0.05)
        connection.execute("SELECT 1")
print("done", flush=True)
