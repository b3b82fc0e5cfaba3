// ends: error
for (;;) {}
function main() {}
