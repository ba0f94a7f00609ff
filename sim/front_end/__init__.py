"""The analog front end: contacts, mains, noise and converter."""
