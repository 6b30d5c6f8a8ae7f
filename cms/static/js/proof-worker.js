// Finds the counter that a challenge was made with: SHA-256 over salt, nonce and counter must begin as
// the challenge says. Written out, because the browser's own SHA-256 takes one step in a hundred's time.

const ROUND = Uint32Array.of(
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
);
const START = Uint32Array.of(
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
);

const words = (hex) => Uint32Array.from(hex.match(/.{8}/g), (part) => Number.parseInt(part, 16));
const hex = (numbers) => Array.from(numbers, (n) => n.toString(16).padStart(8, "0")).join("");

// Salt and nonce have 16 bytes each, the counter 4: with the padding one block.
function digestOf(block, schedule, result) {
    schedule.set(block);
    for (let i = 16; i < 64; i++) {
        const x = schedule[i - 15];
        const y = schedule[i - 2];
        const s0 = (x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ x >>> 3;
        const s1 = (y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ y >>> 10;
        schedule[i] = schedule[i - 16] + s0 + schedule[i - 7] + s1;
    }
    let a = START[0], b = START[1], c = START[2], d = START[3];
    let e = START[4], f = START[5], g = START[6], h = START[7];
    for (let i = 0; i < 64; i++) {
        const S1 = (e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7);
        const t1 = h + S1 + (e & f ^ ~e & g) + ROUND[i] + schedule[i] | 0;
        const S0 = (a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10);
        const t2 = S0 + (a & b ^ a & c ^ b & c) | 0;
        h = g; g = f; f = e; e = d + t1 | 0; d = c; c = b; b = a; a = t1 + t2 | 0;
    }
    result[0] = START[0] + a; result[1] = START[1] + b; result[2] = START[2] + c; result[3] = START[3] + d;
    result[4] = START[4] + e; result[5] = START[5] + f; result[6] = START[6] + g; result[7] = START[7] + h;
}

function solve({ salt, nonce, keyPrefix }) {
    const wanted = words(keyPrefix);
    const block = new Uint32Array(16);
    block.set(words(salt));
    block.set(words(nonce), 4);
    block[9] = 0x80000000;
    block[15] = 36 * 8;
    const schedule = new Uint32Array(64);
    const result = new Uint32Array(8);
    for (let counter = 0; counter < 2 ** 32; counter++) {
        block[8] = counter;
        digestOf(block, schedule, result);
        if (result[0] === wanted[0] && wanted.every((word, i) => result[i] === word)) return { counter, derivedKey: hex(result) };
    }
    return null;
}

addEventListener("message", ({ data }) => postMessage(solve(data)));
