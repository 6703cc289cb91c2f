//! Words for things that are drawn: invented companies.

pub(super) const FIRST: &[&str] = &[
    "Amber", "Brindle", "Copper", "Dapple", "Ember", "Fennel", "Gossamer", "Hazel", "Indigo", "Juniper", "Kestrel",
    "Lantern", "Marigold", "Nutmeg", "Opal", "Pebble", "Quince", "Russet", "Saffron", "Thistle", "Umber", "Velvet",
    "Willow", "Yarrow", "Zephyr",
];

pub(super) const SECOND: &[&str] = &[
    "Anchor", "Badger", "Candle", "Drum", "Fable", "Garden", "Harbour", "Island", "Kettle", "Ladder", "Meadow",
    "Needle", "Orchard", "Parasol", "Quarry", "River", "Saddle", "Tower", "Umbrella", "Wagon",
];

pub(super) const TRADE: &[&str] = &[
    "Bakery",
    "Bicycles",
    "Books",
    "Carpets",
    "Clinic",
    "Couriers",
    "Dentistry",
    "Events",
    "Florists",
    "Gardens",
    "Interiors",
    "Laundry",
    "Lettings",
    "Music",
    "Opticians",
    "Outfitters",
    "Pharmacy",
    "Physio",
    "Repairs",
    "Roasters",
    "Stationery",
    "Tours",
    "Toys",
    "Travel",
    "Veterinary",
];
