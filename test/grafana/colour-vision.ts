type Vector = readonly [number, number, number];
type Matrix = readonly [Vector, Vector, Vector];

const times = (matrix: Matrix, [x, y, z]: Vector): Vector => {
  const row = ([a, b, c]: Vector) => a * x + b * y + c * z;
  return [row(matrix[0]), row(matrix[1]), row(matrix[2])];
};

/** How colours look to whom, in linear RGB: the matrices of Machado, Oliveira and Fernandes (2009) at full severity. */
export const EYES = {
  usual: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
} as const satisfies Record<string, Matrix>;

const TO_XYZ: Matrix = [
  [0.4124, 0.3576, 0.1805],
  [0.2126, 0.7152, 0.0722],
  [0.0193, 0.1192, 0.9505],
];
const WHITE: Vector = [0.9505, 1, 1.089];

const each = ([a, b, c]: Vector, change: (value: number) => number): Vector => [
  change(a),
  change(b),
  change(c),
];

function toLinear(hex: string): Vector {
  const [, red = '', green = '', blue = ''] = /^#(..)(..)(..)$/.exec(hex) ?? [];
  const byte = (text: string) => Number.parseInt(text, 16) / 255;
  return each([byte(red), byte(green), byte(blue)], (value) =>
    value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4,
  );
}

function toLab(linear: Vector): Vector {
  const [x, y, z] = times(TO_XYZ, linear);
  const [fx, fy, fz] = each([x / WHITE[0], y / WHITE[1], z / WHITE[2]], (value) =>
    value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116,
  );
  return [116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)];
}

/** How far apart two colours (`#RRGGBB`) look to these eyes: the distance in CIELAB, of which 2 can just be seen. */
export function distance(one: string, other: string, eyes: Matrix): number {
  const seen = (hex: string) =>
    toLab(each(times(eyes, toLinear(hex)), (value) => Math.min(1, Math.max(0, value))));
  const [a, b] = [seen(one), seen(other)];
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}
