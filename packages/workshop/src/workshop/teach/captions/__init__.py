"""What the lesson *Say what you see* imports: scenes with their sentences, and a network that says them."""
