"""Static checks: what a policy allows and may not be meant, each with a proof or a contact that shows it."""
