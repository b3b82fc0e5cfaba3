// Writes runtime-host/guests/locales/*.bin. See package.json.

import { Archive } from "./archive.js";
import { addDates } from "./dates.js";
import { addNames } from "./names.js";
import { addNumbers } from "./numbers.js";
import { addRoot } from "./root.js";
import { addUnits } from "./units.js";

const numbers = new Archive();
addRoot(numbers);
addNumbers(numbers);
addUnits(numbers);
numbers.write("numbers.bin");

const dates = new Archive();
addDates(dates);
dates.write("dates.bin");

const names = new Archive();
addNames(names);
names.write("names.bin");
