require ["fileinto"];

# What Rspamd has marked.
if header :is "X-Spam" "Yes" {
  fileinto "Junk";
}
