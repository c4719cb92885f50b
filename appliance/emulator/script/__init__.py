"""What the far end says: the rehearsed script, recognising an utterance of it, and the spoken answer."""
