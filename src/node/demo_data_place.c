#include "node/demo_data_place.h"

/* clang-format off */
const struct demo_place demo_places[DEMO_PLACE_COUNT] = {
	{ "Port Ulmere",    "Ulmere",     "QN", "-48.8710", "-123.3930", "U1 001" },
	{ "Ashen Quay",     "Ulmere",     "QN", "-48.9025", "-123.5512", "U1 040" },
	{ "Lanternholm",    "Ulmere",     "QN", "-48.7406", "-123.2088", "U2 100" },
	{ "Vashmoor",       "Saltmarsh",  "QN", "-48.6120", "-122.9415", "S4 310" },
	{ "Kelpenstrand",   "Saltmarsh",  "QN", "-48.5533", "-122.8127", "S4 350" },
	{ "Orrinskeld",     "Highfell",   "QN", "-48.3301", "-122.5540", "H7 020" },
	{ "Dunvarrow",      "Highfell",   "QN", "-48.2214", "-122.4009", "H7 090" },
	{ "Ostrelin",       "Lower Bank", "QR", "-49.4102", "-124.6033", "20140"  },
	{ "Havrelle Bridge", "Lower Bank", "QR", "-49.5218", "-124.7290", "20410" },
	{ "Nolvane",        "Lower Bank", "QR", "-49.6077", "-124.8811", "20770"  },
	{ "Pellidorn",      "Upper Bank", "QR", "-49.8830", "-125.1046", "31010"  },
	{ "Quarrith",       "Upper Bank", "QR", "-49.9951", "-125.2732", "31200"  },
	{ "Sennavar",       "Upper Bank", "QR", "-50.0714", "-125.3390", "31440"  },
	{ "Talsk Ferry",    "Lower Bank", "QR", "-49.2206", "-124.2175", "20010"  },
};
/* clang-format on */

const char *const demo_streets[DEMO_STREET_COUNT] = {
    "Harbour Road", "Quay Street",	"Old Ropewalk",	 "Chandler Lane", "Ferry Steps",
    "Mill Bank",    "Station Approach", "Copper Street", "Orchard Row",	  "Lighthouse Way"};
