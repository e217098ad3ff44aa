-- Plans are made anew, with the tables as large as they are by now.
DISCARD PLANS
