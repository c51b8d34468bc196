#!/usr/bin/env bash
# A Slurm cluster on this machine alone, for tests: `slurm.sh start FOLDER`, `slurm.sh stop FOLDER`. Needs root, and
# Debian's slurmctld, slurmd, slurm-client and munge, which `slurm.sh install` installs. Two nodes, n1 and n2, of one
# core each.
#
# `slurm.sh kill-node FOLDER n1` ends a node with all that runs on it, as a power cut does; `start-node` brings it back.
set -euo pipefail

if [ "${1-}" = install ]; then
  apt-get update
  DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
    slurmctld slurmd slurm-client munge procps util-linux
  exit
fi
folder=$(realpath -m "${2:?a folder}")
host=$(hostname -s)
# where Slurm's commands look by default: SLURM_CONF alone does not reach the srun inside a job
conf=/etc/slurm/slurm.conf

port() { echo $((17000 + ${1#n})); }

write_conf() {
  mkdir -p /etc/slurm "$folder"/{state,spool,log}
  if [ -e "$conf" ] && ! grep -q '^ClusterName=scorebook-test$' "$conf"; then
    echo "There is a Slurm on this machine already ($conf): this script leaves it alone." >&2
    exit 2
  fi
  cat >"$conf" <<CONF
ClusterName=scorebook-test
SlurmctldHost=$host(127.0.0.1)
AuthType=auth/munge
SlurmUser=root
SlurmdUser=root
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
SlurmctldTimeout=30
# a node that does not answer for so many seconds is down, and its jobs are taken from it
SlurmdTimeout=15
MinJobAge=300
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool/%n
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/%n.pid
SlurmctldLogFile=$folder/log/slurmctld.log
SlurmdLogFile=$folder/log/%n.log
NodeName=n1 NodeHostname=$host NodeAddr=127.0.0.1 Port=$(port n1) CPUs=1 RealMemory=9000 State=UNKNOWN
NodeName=n2 NodeHostname=$host NodeAddr=127.0.0.1 Port=$(port n2) CPUs=1 RealMemory=9000 State=UNKNOWN
PartitionName=all Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP
CONF
}

start_munge() {
  [ -S /run/munge/munge.socket.2 ] && munge -n >/dev/null 2>&1 && return
  [ -e /etc/munge/munge.key ] || mungekey --create
  mkdir -p /run/munge /var/log/munge /var/lib/munge
  chown -R munge: /run/munge /var/log/munge /var/lib/munge /etc/munge
  setpriv --reuid munge --regid munge --clear-groups munged --force
  touch "$folder/munge-is-ours"
}

start_node() { slurmd -N "$1"; }

# all that descends from a process, itself included
descendants() {
  for child in $(pgrep -P "$1" || true); do descendants "$child"; done
  echo "$1"
}

# the daemon and the steps of a node, which all write to its log, and all that these have started
kill_node() {
  local victims=()
  for process in $(pgrep '^slurm' || true); do
    if ls -l "/proc/$process/fd" 2>/dev/null | grep -q "$folder/log/$1.log"; then
      victims+=($(descendants "$process"))
    fi
  done
  rm -f "$folder/$1.pid"
  [ ${#victims[@]} = 0 ] || kill -9 "${victims[@]}" 2>/dev/null || true
}

case "$1" in
  start)
    write_conf
    start_munge
    slurmctld -c
    start_node n1
    start_node n2
    for _ in $(seq 60); do
      [ "$(sinfo --Node --noheader --format=%T | grep -c '^idle$' || true)" = 2 ] && exit 0
      sleep 0.5
    done
    echo "The nodes did not become idle:" >&2
    sinfo >&2
    exit 1
    ;;
  kill-node) kill_node "$3" ;;
  start-node) start_node "$3" ;;
  stop)
    for node in n1 n2; do kill_node "$node"; done
    [ ! -e "$folder/slurmctld.pid" ] || kill "$(cat "$folder/slurmctld.pid")" 2>/dev/null || true
    [ ! -e "$folder/munge-is-ours" ] || kill "$(cat /run/munge/munged.pid 2>/dev/null)" 2>/dev/null || true
    grep -q '^ClusterName=scorebook-test$' "$conf" 2>/dev/null && rm -f "$conf"
    ;;
  *)
    sed -n '2,6p' "$0" >&2
    exit 2
    ;;
esac
