"""A stock kernel on PostgreSQL as common open-source shops have it: lock the stock rows, sum the
allocations, insert new ones. Driven by pgbench, in C and inside the database, so that nothing of
ours slows it. None of it is there when PostgreSQL is not installed.
"""

import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from local.ports import free_port

PROGRAMS = ("initdb", "pg_ctl", "psql", "pgbench")
CLIENTS = 8
# Locks in one order, and the sum under the lock: what keeps it from overselling.
_SCHEMA = """
create table stock (sku int primary key, on_hand bigint not null);
create table allocation (
  id bigserial primary key, order_id bigint not null, sku int not null, quantity int not null
);
create index on allocation (sku) include (quantity);
create sequence orders;
create function take(wanted int[]) returns boolean language plpgsql as $$
declare
  one record;
  held bigint;
  number bigint := nextval('orders');
begin
  for one in select sku, on_hand from stock where sku = any (wanted) order by sku for update loop
    select coalesce(sum(quantity), 0) into held from allocation where sku = one.sku;
    if one.on_hand - held < 1 then
      return false;
    end if;
    insert into allocation (order_id, sku, quantity) values (number, one.sku, 1);
  end loop;
  return true;
end $$;
"""


def is_installed() -> bool:
    """Whether all programs of it are on the path."""
    return all(shutil.which(program) for program in PROGRAMS)


class Kernel:
    """A running server with the schema and some SKUs."""

    def __init__(self, port: int, home: Path, skus: int) -> None:
        self._port = port
        self._script = home / "take.sql"
        others = " ".join(f"\\set s{n} (:first + {n}) % {skus} + 1\n" for n in range(3))
        self._script.write_text(
            f"\\set first random(0, {skus - 1})\n{others}select take(array[:s0, :s1, :s2]);\n"
        )
        self._script.chmod(0o644)
        self.sql(_SCHEMA)
        for sku in range(1, skus + 1):
            self.sql(f"insert into stock values ({sku}, 100000000)")  # noqa: S608 - a number of ours

    def sql(self, text: str) -> str:
        """Run statements; the answer as text."""
        command = ["psql", *self._where(), "-v", "ON_ERROR_STOP=1", "-qtA", "-f", "-"]
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def orders(self, count: int) -> float:
        """Take that many orders of three lines; orders a second."""
        share = str(max(1, count // CLIENTS))
        command = ["pgbench", *self._where(), "-n", "-f", str(self._script)]
        command += ["-c", str(CLIENTS), "-j", "2", "-t", share]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        found = re.search(r"^tps = ([\d.]+)", done.stdout, re.MULTILINE)
        if found is None:
            raise RuntimeError("pgbench did not say how fast it was")
        return float(found[1])

    def _where(self) -> Sequence[str]:
        return ("-h", "127.0.0.1", "-p", str(self._port), "-U", "bench", "postgres")


@contextmanager
def kernel(skus: int) -> Iterator[Kernel]:
    """A server on loopback with its defaults (fsync on), stopped and removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="banto-postgres-") as folder:
        home, port = Path(folder), free_port()
        data = home / "data"
        user = _somebody(home)
        _run(["initdb", "-D", str(data), "-A", "trust", "-U", "bench", "--no-locale"], user)
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''"
        log = str(home / "log")
        _run(["pg_ctl", "-D", str(data), "-w", "-o", options, "-l", log, "start"], user)
        try:
            yield Kernel(port, home, skus)
        finally:
            _run(["pg_ctl", "-D", str(data), "-m", "immediate", "stop"], user)


def _somebody(home: Path) -> str | None:
    """PostgreSQL refuses to be run by root: then it is run by somebody without any rights."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    home.chmod(0o755)
    return nobody.pw_name


def _run(command: Sequence[str], user: str | None) -> None:
    subprocess.run(
        command,
        user=user,
        cwd="/",
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
