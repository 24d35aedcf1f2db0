#!/usr/bin/env bash
# Gradescope runs this once, as root, when it builds the image of the assignment.
set -e
home="${AUTOGRADER:-/autograder}"
apt-get update
apt-get install -y --no-install-recommends python3.11 python3.11-venv libseccomp2
python3.11 -m venv "$home/environment"
"$home/environment/bin/pip" install --no-deps --require-hashes \
    -r "$home/source/requirements.txt"
# what students must not read; their code runs as another user
chmod -R go-rwx "$home/source"
