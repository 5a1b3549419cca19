#!/bin/sh
# Writes an Oscar shop database as SQL text, the way dump/ holds it: no owner, no server's own words, the same each time.
#
#   ./dump.sh sqlite:///path/to/shop.db          | gzip -9n > dump/sqlite.sql.gz
#   ./dump.sh postgresql://user:password@host:port/name | gzip -9n > dump/postgres.sql.gz
set -eu

case ${1:-} in
sqlite://*)
    python3 - "${1#sqlite://}" <<'PYTHON'
import sqlite3
import sys

print("PRAGMA foreign_keys=OFF;")
for line in sqlite3.connect(sys.argv[1]).iterdump():
    print(line)
PYTHON
    ;;
postgres*)
    # `\restrict` carries a random word and is for psql alone.
    pg_dump --no-owner --no-privileges --rows-per-insert=50 "$1" |
        sed -e '/^\\restrict /d' -e '/^\\unrestrict /d' -e '/^-- Dumped /d'
    ;;
*)
    sed -n '2,5s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
