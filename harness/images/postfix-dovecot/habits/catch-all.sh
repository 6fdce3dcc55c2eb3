# Every address of the domain is delivered to alice. It is no mistake: a good server may know no unknown recipients, and
# whatever local part somebody thinks up arrives, in quotes, with a percent sign or a second domain in it, without being
# relayed. No verdict may change by it.
aliases=$(postconf -h virtual_alias_maps)
postconf -e "virtual_alias_maps=${aliases% \}}, { alice@example.test = alice@example.test }, { bob@example.test = bob@example.test }, { @example.test = alice@example.test } }"
