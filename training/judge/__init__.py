"""How good a network is: on pairs, on photos without references, beside others, and when one is worse than another."""
