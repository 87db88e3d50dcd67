#!/bin/sh
# What the image needs beside requirements.lock to make traces (RASTROS=sim in .env), of the same versions as everywhere.
awk '/^[a-z]/ { theirs = /^(opentelemetry-|googleapis-common-protos|protobuf)/ } theirs' requirements-dev.lock
