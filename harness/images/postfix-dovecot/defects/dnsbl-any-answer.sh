# Any answer of the block list blocks: where the list was given up and its name now leads to a page of
# advertisements, or where it refuses to answer this resolver, nobody's mail is accepted any more.
#
# How it happens: `reject_rbl_client` with the name of the list alone, as in most instructions.
#
# Only in a container that has DNSBL_ZONE. Should be noticed by: DNSBL-003.
postconf -e 'list_restrictions=reject_rbl_client $block_list'
