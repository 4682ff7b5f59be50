"""A real SLURM on this machine, for tests.

One node, a cpu and a gpu partition, one whose jobs push others out, a GPU without a device.

Needs root, and Debian's slurmctld, slurmd, slurm-client and munge. No systemd, no cgroups, no
database: SLURM looks at the memory of each job once a second and ends one that has more than it
asked for.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

LINK = Path("/etc/slurm/slurm.conf")  # Snakemake's plugin drops SLURM_CONF
PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scontrol")

CONFIGURATION = """\
ClusterName=sandbox
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket,cred_expire=5
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
ReturnToService=2
MinJobAge=3600
KillWait=5
JobRequeue=1
SlurmdParameters=config_overrides
GresTypes=gpu
NodeName={host} NodeAddr=127.0.0.1 CPUs=8 RealMemory=64000 Gres=gpu:a100:1 State=UNKNOWN
PartitionName=cpu Nodes={host} Default=YES MaxTime=INFINITE State=UP
PartitionName=gpu Nodes={host} MaxTime=INFINITE State=UP
PartitionName=urgent Nodes={host} MaxTime=INFINITE State=UP PriorityTier=10
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
"""


def missing() -> str | None:
    """Why no sandbox can run here, or None."""
    lacking = [name for name in PROGRAMS if shutil.which(name, path=_path()) is None]
    if lacking:
        return f"SLURM is not installed here (no {', '.join(lacking)})"
    if os.geteuid() != 0:
        return "the SLURM sandbox needs root"
    if LINK.exists() and not LINK.is_symlink():
        return f"this machine has a SLURM of its own ({LINK})"
    return None


def _path() -> str:
    return os.environ["PATH"] + ":/usr/sbin:/sbin"


def _free_ports() -> list[int]:
    sockets = [socket.socket() for _ in range(2)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Sandbox:
    """Started by ``with``, stopped at its end."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.started: list[subprocess.Popen] = []

    def __enter__(self):
        folder = self.folder
        for name in ("state", "spool", "munge"):
            (folder / name).mkdir(parents=True)
        folder.chmod(0o755)
        host = socket.gethostname().split(".")[0]
        configuration = CONFIGURATION.format(folder=folder, host=host, ports=_free_ports())
        (folder / "slurm.conf").write_text(configuration, encoding="utf-8")
        os.mknod(folder / "gpu0", 0o20666, os.makedev(1, 3))
        gres = f"NodeName={host} Name=gpu Type=a100 File={folder}/gpu0\n"
        (folder / "gres.conf").write_text(gres, encoding="utf-8")
        key = folder / "munge/key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o400)
        LINK.parent.mkdir(parents=True, exist_ok=True)
        if LINK.is_symlink():
            LINK.unlink()
        LINK.symlink_to(folder / "slurm.conf")
        munge = [f"--{name}-file={folder}/munge/{name}" for name in ("key", "pid", "seed", "log")]
        munge[2] = f"--seed-file={folder}/munge/seed"
        self._start(
            ["munged", "--foreground", "--force", f"--socket={folder}/munge.socket", *munge]
        )
        self._wait((folder / "munge.socket").exists, "munged")
        self._start(["slurmctld", "-D", "-f", str(folder / "slurm.conf")])
        self._start(["slurmd", "-D", "-f", str(folder / "slurm.conf")])
        self._wait(lambda: "idle" in self.ask("sinfo", "-h", "-o", "%t"), "the node")
        return self

    def _start(self, command: list[str]) -> None:
        log = (self.folder / f"{command[0]}.out").open("w")
        env = {**os.environ, "PATH": _path()}
        self.started.append(
            subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=env)
        )

    def _wait(self, ready, what: str) -> None:
        until = time.monotonic() + 30
        while not ready():
            if time.monotonic() > until:
                texts = [path.read_text(encoding="utf-8") for path in self.folder.glob("*.out")]
                texts += [path.read_text(encoding="utf-8") for path in self.folder.glob("*.log")]
                self.__exit__()
                raise AssertionError(f"{what} did not start:\n" + "\n".join(texts))
            time.sleep(0.2)

    def ask(self, *command: str, **options) -> str:
        """Run one of SLURM's commands; give what it said."""
        done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
        return done.stdout

    def jobs(self) -> dict[str, dict[str, str]]:
        """All jobs that SLURM remembers, by id: what it asked for, restarts, state, comment."""
        found = {}
        for line in self.ask("scontrol", "--oneliner", "show", "job").splitlines():
            fields = dict(word.partition("=")[::2] for word in line.split() if "=" in word)
            gpus = [f for f in (fields.get("TresPerJob", ""), fields.get("TresPerNode", "")) if f]
            found[fields["JobId"]] = {
                "partition": fields["Partition"],
                "gpus": ",".join(gpus),
                "restarts": fields["Restarts"],
                "state": fields["JobState"],
                "memory": fields["MinMemoryNode"],
                "cpus": fields["NumCPUs"],
                "minutes": fields["TimeLimit"],
                "begun": fields["StartTime"],
                "ended": fields["EndTime"],
                "comment": fields.get("Comment", ""),
            }
        return found

    def node(self, state: str) -> None:
        """Set the node's state: ``down`` is how SLURM sees one that has failed."""
        name = self.ask("sinfo", "-h", "-o", "%n").split()[0]
        self.ask("scontrol", "update", f"nodename={name}", f"state={state}", "reason=test")

    def __exit__(self, *_):
        for process in reversed(self.started):
            process.send_signal(signal.SIGTERM)
        for process in self.started:
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if LINK.is_symlink() and LINK.readlink() == self.folder / "slurm.conf":
            LINK.unlink()
