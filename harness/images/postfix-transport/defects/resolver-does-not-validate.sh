# The resolver passes on whatever it is told.
sed -i 's/module-config: .*/module-config: "iterator"/' /etc/mailspec/unbound.conf
