"""XDF files, and the streams of the Lab Streaming Layer in them."""
