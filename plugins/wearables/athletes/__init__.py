"""Athletes and their consent: roster, enrolment, invitations, offboarding and erasure."""
