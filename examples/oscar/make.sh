#!/bin/sh
# Makes an Oscar shop database: a virtual environment in a directory of yours, Oscar from PyPI, its migrations, its rows.
#
#   ./make.sh DIR sqlite:///path/to/shop.db [USERS]
#   ./make.sh DIR postgresql://user:password@host:port/name [USERS]
#
# The database must be new: an SQLite file is made, a PostgreSQL database must exist and be empty.
set -eu

if [ $# -lt 2 ]; then
    sed -n '2,7s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
env=$1
OSCAR_DATABASE=$2
users=${3:-300}

if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
    echo "python3-venv is missing: sudo apt-get install python3-venv" >&2
    exit 1
fi
if [ ! -x "$env/bin/django-admin" ]; then
    python3 -m venv "$env"
    "$env/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
fi
export OSCAR_DATABASE DJANGO_SETTINGS_MODULE=shop.settings PYTHONPATH="$here" PYTHONDONTWRITEBYTECODE=1 PYTHONHASHSEED=0
"$env/bin/django-admin" migrate --verbosity 0
exec "$env/bin/python" "$here/fill.py" --users "$users"
