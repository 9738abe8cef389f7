const [name] = process.argv.slice(2);

console.log(name === undefined ? 'ActGuard examples: none yet.' : `No example is called "${name}".`);
