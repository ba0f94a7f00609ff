"""What a person does and when: behaviours, scenario files, and the timeline drawn from them."""
