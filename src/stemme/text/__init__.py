"""Before the network: which language a text is in, its sentences, its tokens."""
