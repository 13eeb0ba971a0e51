"""Runs pytm's own analysis on its JSON input and writes its JSON output; executed with pytm's interpreter."""

import sys

import pytm

with open(sys.argv[1], encoding="utf-8") as file:
    model = pytm.load(file)
sys.argv = ["pytm", "--json", sys.argv[2]]
model.process()
