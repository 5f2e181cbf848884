"""Who an athlete is and what they agreed to: roster, enrolment, consent, offboarding and erasure."""
