#!/bin/sh
# Installs the server of a class without any network:  sudo sh install.sh [FOLDER, default /opt/qtrain]
set -eu
umask 022
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
target=${1:-/opt/qtrain}
case $target in /*) ;; *) target=$PWD/$target ;; esac
python=
for version in @PYTHONS@; do
    for found in "python$version" python3; do
        if command -v "$found" >/dev/null 2>&1 &&
            [ "$("$found" -c 'import sys; print("%d.%d" % sys.version_info[:2])')" = "$version" ]; then
            python=$found
            break 2
        fi
    done
done
if [ -z "$python" ]; then
    echo "This bundle needs Python @PYTHONS@ (any of them), and this computer has $(python3 --version 2>/dev/null || echo none)." >&2
    echo "Make one for that version, with:  qtrain hub DIR bundle OUT --python 3.X" >&2
    exit 1
fi
if [ -e "$target" ] && [ ! -f "$target/pyvenv.cfg" ]; then
    echo "$target is there already and is no environment of Python's: name another folder behind install.sh" >&2
    exit 1
fi
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
"$python" - "$tools" "$here"/wheels/uv-*.whl <<'END'
import os, sys, zipfile
folder, wheel = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    [name] = [name for name in archive.namelist() if name.endswith(".data/scripts/uv")]
    with open(os.path.join(folder, "uv"), "wb") as program:
        program.write(archive.read(name))
os.chmod(os.path.join(folder, "uv"), 0o755)
END
install() { # ENVIRONMENT WHEELS PACKAGES...
    environment=$1 wheels=$2
    shift 2
    "$tools/uv" pip install --quiet --offline --no-cache --no-config --no-index --no-deps --link-mode copy --compile-bytecode \
        --find-links "$wheels" --python "$environment/bin/python" "$@"
}
"$python" -m venv --without-pip "$target"
echo "Installing into $target …"
install "$target" "$here/wheels" --require-hashes --requirement "$here/requirements-$version.txt"
mkdir -p "$target/share/qtrain"
rm -rf "$target/share/qtrain/proxy.new"
cp -R "$here/proxy" "$target/share/qtrain/proxy.new"
rm -rf "$target/share/qtrain/proxy"
mv "$target/share/qtrain/proxy.new" "$target/share/qtrain/proxy"
chmod -R a+rX "$target"
# The solutions of the problem sets: in a folder beside it, which learners' programs cannot read.
mkdir -p -m 700 "$target-teacher"
chmod 700 "$target-teacher"
install "$target" "$here/teacher" --target "$target-teacher" --upgrade "$here"/teacher/qtrain_teach-*.whl
echo "Done. Next:  sudo $target/bin/qtrain hub /srv/class check"
