# A program whose imports are its start: each line of standard input is a line of its output.
import json, re, sys

for line in sys.stdin:
    sys.stdout.write(line)
    sys.stdout.flush()
