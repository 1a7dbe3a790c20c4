"""How far sizings are from points that were measured and hidden, and what budget follows from that."""
