"""What everything is made of: parts, their states, messages between them, orders to them, events they leave behind."""
