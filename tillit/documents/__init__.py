"""What is written for people and authorities: pure rendering of facts, in two languages."""
