# Everything that comes in on the three ports passes through the filter; what the filter sends back does not.
postconf -M 'footer/unix=footer unix - n n - 10 pipe flags=q user=footer null_sender= argv=/usr/local/sbin/footer ${sender} ${recipient}'
for service in smtp submission submissions; do
  postconf -P "$service/inet/content_filter=footer:dummy"
done
postconf -e 'footer_destination_recipient_limit=50'
postfix check
