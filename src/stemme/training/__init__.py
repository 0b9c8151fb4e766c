"""Training and measuring the network; wants the extra `train`."""
