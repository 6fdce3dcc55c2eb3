require ["fileinto"];

# OpenDMARC records what the domain owner asks for, and leaves quarantine to others.
if header :contains "Authentication-Results" "dmarc=fail (p=quarantine" {
  fileinto "Junk";
}
