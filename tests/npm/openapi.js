// openapi.js: is the document on standard input OpenAPI 3.1? Prints each fault; exit 1 where there is one.
'use strict';
const fs = require('fs');
(async () => {
	const { Validator } = await import('@seriousme/openapi-schema-validator');
	const validator = new Validator();
	const result = await validator.validate(JSON.parse(fs.readFileSync(0, 'utf8')));
	if (!result.valid) {
		for (const e of [].concat(result.errors)) console.log(typeof e === 'string' ? e : `${e.instancePath}: ${e.message}`);
		process.exit(1);
	}
	if (validator.version !== '3.1') {
		console.log(`version ${validator.version}`);
		process.exit(1);
	}
})();
