#!/usr/bin/env python3
"""make_list.py LIST.csv N OUT.csv: a made list of N names, for measuring speed alone.

Parts are drawn from those of LIST.csv as often as they stand there; one in twelve is a new
part of random syllables, so that the tail of rare parts grows with the list as it does in
life. Two names in five are a further name of the entry before. The same every time.
"""
import csv
import random
import re
import sys

RARE = 12
SYLLABLES = [c + v + e for c in "bcdfghjklmnprstvyz" for v in "aeiou" for e in ("", "n", "r", "l", "s")]


def main():
    source, wanted, out = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    dice = random.Random(20260923)
    parts, lengths = [], []
    with open(source, newline="", encoding="utf-8") as f:
        for row in csv.DictReader(f):
            for name in row["names"].split("|"):
                found = re.findall(r"[^\W\d_]+", name)
                parts.extend(found)
                if 1 < len(found) < 7:
                    lengths.append(len(found))
    with open(out, "w", newline="", encoding="utf-8") as f:
        to = csv.writer(f)
        to.writerow(["entity_id", "type", "names", "dob", "countries", "ids", "source"])
        made = 0
        while made < wanted:
            names = []
            while not names or (made < wanted and dice.random() < 0.4):
                name = [dice.choice(parts) for _ in range(dice.choice(lengths))]
                for i in range(len(name)):
                    if dice.randrange(RARE) == 0:
                        name[i] = "".join(dice.choice(SYLLABLES) for _ in range(dice.randint(2, 4))).capitalize()
                names.append(" ".join(name))
                made += 1
            dob = ""
            if dice.random() < 0.6:
                dob = f"{dice.randint(1940, 2005)}-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}"
            country = dice.choice(["", "", "Iraq", "Russia", "Colombia", "Mali"])
            to.writerow([f"m-{made}", "person", "|".join(names), dob, country, "", "made"])


if __name__ == "__main__":
    main()
