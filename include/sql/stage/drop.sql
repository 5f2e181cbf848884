-- Makes room for the next collection.
drop table landed, incoming
