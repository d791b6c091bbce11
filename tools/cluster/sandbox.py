"""The namespaces that a cluster lives in: one process holds them, and when it ends, everything in them ends.

PID namespace: the kernel kills every process of it when its first one ends, so nothing of ours can be left running. Mount
namespace: the mounts of containerd and the kubelet go with it. Network namespace: so do interfaces, routes and firewall rules;
those of the machine are not touched but for one end of a link. Only control groups stay, and are removed by hand.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from cluster.places import ADDRESS, HOST_ADDRESS, NAME, PREFIX, SERVICE_RANGE, Places
from cluster.waiting import until

LINK = "dt-cluster"
CGROUPS = Path("/sys/fs/cgroup")
ROOT_GROUP = NAME
"""Below the root of each hierarchy of control groups."""


class Sandbox:
    """Runs processes inside."""

    def __init__(self, places: Places, holder: int) -> None:
        self._places = places
        self.holder = holder
        """Process id, on this machine, of the first process inside."""

    @classmethod
    def start(cls, places: Places) -> Sandbox:
        """Makes the namespaces, and the link to them.

        Raises:
            subprocess.CalledProcessError: this machine does not allow it.
        """
        # --kill-child: when unshare is killed, so is what it holds.
        command = ["unshare", "--mount", "--propagation=private", "--net", "--uts", "--ipc", "--pid", "--fork", "--mount-proc"]
        outer = subprocess.Popen(
            [*command, "--kill-child", "tini", "--", "sleep", "infinity"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        holder = until(lambda: _only_child(outer.pid), "the process that holds the namespaces", seconds=10)
        sandbox = cls(places, holder)
        places.holder.write_text(json.dumps({"pid": holder, "started": start_time(holder)}))
        sandbox._mount()
        sandbox._link()
        for path in groups():
            path.mkdir(exist_ok=True)
        _copy_cpuset()
        return sandbox

    @classmethod
    def running(cls, places: Places) -> Sandbox | None:
        """Return the running one, if any."""
        try:
            known = json.loads(places.holder.read_text())
        except (OSError, ValueError):
            return None
        return cls(places, known["pid"]) if start_time(known["pid"]) == known["started"] else None

    def spawn(self, name: str, command: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> None:
        """Starts a process that runs until the sandbox ends; what it prints goes to a log of that name."""
        with (self._places.logs / f"{name}.log").open("ab") as log:
            subprocess.Popen(
                self._enter([*command]),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(environment or {})},
                start_new_session=True,
            )

    def run(self, command: Sequence[str | Path]) -> str:
        """Runs a command to its end, and gives what it prints.

        Raises:
            subprocess.CalledProcessError: it failed; what it printed is in the message.
        """
        done = subprocess.run(self._enter(command), capture_output=True, text=True, check=False)
        if done.returncode:
            sys.stderr.write(done.stdout + done.stderr)
            done.check_returncode()
        return done.stdout

    def processes(self, program: str) -> list[int]:
        """List the ids, on this machine, of the processes inside that run a program of that name."""
        inside = Path(f"/proc/{self.holder}/ns/pid").readlink()
        found = []
        for path in Path("/proc").glob("[0-9]*"):
            try:
                arguments = path.joinpath("cmdline").read_bytes().split(b"\0")
                same = path.joinpath("ns", "pid").readlink() == inside
            except OSError:
                continue
            if same and arguments[0].rpartition(b"/")[2] == program.encode():
                found.append(int(path.name))
        return found

    def contained(self, containers: Collection[str]) -> list[int]:
        """List the ids, on this machine, of the processes in containers with these ids: they have control groups of that name."""
        found = []
        for path in Path("/proc").glob("[0-9]*"):
            try:
                groups = path.joinpath("cgroup").read_text()
            except OSError:
                continue
            if any(line.rpartition("/")[2] in containers for line in groups.splitlines()):
                found.append(int(path.name))
        return found

    def _enter(self, command: Sequence[str | Path]) -> list[str]:
        # Not `ip netns exec`: it mounts /sys again, and the kubelet then finds no control groups.
        enter = ["nsenter", f"--target={self.holder}", "--mount", "--net", "--uts", "--ipc", "--pid", "--"]
        return [*enter, *map(str, command)]

    def _mount(self) -> None:
        """What the kubelet, containerd and the CNI plugins write outside of their own directories is kept in memory."""
        for folder in ("/run", "/var/log", "/var/lib/cni", "/var/lib/kubelet"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.run(["mount", "-t", "tmpfs", "tmpfs", folder])
        self.run(["mkdir", "/run/netns", "/run/lock"])

    def _link(self) -> None:
        inner = f"{LINK}-in"
        _ip("link", "add", LINK, "type", "veth", "peer", "name", inner, "netns", str(self.holder))
        _ip("address", "add", f"{HOST_ADDRESS}/{PREFIX}", "dev", LINK)
        _ip("link", "set", LINK, "up")
        for words in (
            ["link", "set", inner, "name", "eth0"],
            ["address", "add", f"{ADDRESS}/{PREFIX}", "dev", "eth0"],
            ["link", "set", "eth0", "up"],
            ["link", "set", "lo", "up"],
            # There is no way out: what a test sends anywhere else fails immediately.
            ["route", "add", "unreachable", "default"],
            # The API server calls webhooks at the address of their Service: without a route, the packet is dropped before
            # kube-proxy's rules replace that address by the pod's.
            ["route", "add", SERVICE_RANGE, "dev", "eth0"],
        ):
            self.run(["ip", *words])
        self.run(["sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv4.conf.all.route_localnet=1"])


def end(places: Places) -> None:
    """Ends the running sandbox, if any, with everything in it; also what a crash has left."""
    sandbox = Sandbox.running(places)
    if sandbox is not None:
        os.kill(sandbox.holder, signal.SIGKILL)
        until(lambda: not Path(f"/proc/{sandbox.holder}").exists(), "the end of the cluster's processes", seconds=30)
    # The kernel takes the link away with the namespace, a little later.
    subprocess.run(["ip", "link", "delete", LINK], capture_output=True, check=False)
    until(lambda: not Path(f"/sys/class/net/{LINK}").exists(), f"the removal of {LINK}", seconds=30)
    for group in groups():
        if group.exists():
            until(lambda group=group: _remove(group), f"the removal of {group}", seconds=30)  # type: ignore[misc]
    places.holder.unlink(missing_ok=True)


def leftovers(places: Places) -> list[str]:
    """List what of a cluster is still on this machine: processes, mounts, interfaces and control groups, each in a few words."""
    sandbox = Sandbox.running(places)
    found = [f"process {sandbox.holder}"] if sandbox is not None else []
    found += [f"mount {line.split()[1]}" for line in Path("/proc/mounts").read_text().splitlines() if str(places.state) in line]
    found += [f"interface {path.name}" for path in Path("/sys/class/net").iterdir() if path.name.startswith(LINK)]
    return found + [f"control group {group}" for group in groups() if group.exists()]


def groups() -> list[Path]:
    """Return our control group in each hierarchy: one with version 2, several with version 1."""
    if (CGROUPS / "cgroup.controllers").exists():
        return [CGROUPS / ROOT_GROUP]
    return [path / ROOT_GROUP for path in sorted(CGROUPS.iterdir()) if path.is_dir() and not path.is_symlink() and _mounted(path)]


def start_time(pid: int) -> str | None:
    """Return when a process started, in clock ticks since boot, or None: together with its id, it identifies a process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return None


def _mounted(path: Path) -> bool:
    return (path / "cgroup.procs").exists()


def _copy_cpuset() -> None:
    """A new group of version 1 has neither processors nor memory nodes, and runs nothing."""
    for name in ("cpuset.cpus", "cpuset.mems"):
        target = CGROUPS / "cpuset" / ROOT_GROUP / name
        if target.exists():
            target.write_text((CGROUPS / "cpuset" / name).read_text())


def _remove(group: Path) -> bool:
    """Removes a control group and those below it; False while a dying process is still in it."""
    for folder, _, _ in os.walk(group, topdown=False):
        try:
            Path(folder).rmdir()
        except FileNotFoundError:
            continue
        except OSError:
            return False
    return True


def _only_child(pid: int) -> int | None:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return None
    return int(children[0]) if children else None


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)
