#!/usr/bin/env python3
"""money.py OUT_DIR TRANSACTIONS [DAYS]: an invented bank for speed and memory, not for quality: ordinary payments
of 100,000 accounts, evenly over the days, and a ring of each kind now and then."""
import datetime, os, random, sys

out, n, days = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 180
r = random.Random(5)
os.makedirs(out, exist_ok=True)
people, firms = 90000, 10000
with open(out + "/accounts.csv", "w") as f:
    f.write("account,kind,country,bank,opened,venue\n")
    for i in range(people + firms):
        f.write("A%06d,%s,QN,B1,20%02d-03-04,\n" % (i, "person" if i < people else "business", 10 + i % 15))
with open(out + "/transactions.csv", "w") as f:
    f.write("tx_id,ts,from_account,to_account,amount,currency,amount_eur,channel,from_country,to_country\n")
    waiting = []
    for i in range(n):
        at = i * days * 86400 // n
        p, q, b = r.randrange(people), r.randrange(people), people + r.randrange(firms)
        x = r.random()
        if waiting and waiting[0][0] <= at:
            _, p, q, e, c = waiting.pop(0)
        elif x < .45:
            q, e, c = b, r.lognormvariate(3.2, 1), "card"
        elif x < .70:
            p, q, e, c = b, p, r.lognormvariate(7.3, .4), "sepa"
        elif x < .83:
            e, c = r.lognormvariate(6, .4), "standing_order"
        elif x < .95:
            e, c = r.lognormvariate(4.2, 1), "transfer"
        elif x < .99:
            p, q, e, c = b, people + r.randrange(firms), r.lognormvariate(7.4, 1.3), "sepa"
        else:
            e, c = 2000 + r.random() * 3000, "transfer"
            for k in range(1, 6):
                waiting.append((at + k * 40000, q if k == 1 else people - k, p if k == 5 else people - k - 1, e * .96**k, "transfer"))
            waiting.sort()
        d = 20094 + at // 86400
        day = datetime.date(1970, 1, 1) + datetime.timedelta(d)
        s = at % 86400
        f.write("T%08d,%sT%02d:%02d:%02dZ,A%06d,A%06d,%.2f,EUR,%.2f,%s,QN,QN\n" % (i, day, s // 3600, s // 60 % 60, s % 60, p, q, e, e, c))
