// Judges answers by the rules of MDN's HTTP Observatory. Reads {"pages": [...]} from standard input,
// writes one score for each page to standard output. It scans hosts by itself only over the network;
// its rules take what a scan would have brought.
import { ALL_TESTS } from "@mdn/mdn-http-observatory/src/constants.js";
import { getScoreModifier } from "@mdn/mdn-http-observatory/src/grader/grader.js";
import { Requests } from "@mdn/mdn-http-observatory/src/types.js";
import { AxiosHeaders } from "axios";
import { text } from "node:stream/consumers";
import { CookieJar } from "tough-cookie";

function scanned({ url, status, headers, cookies, body, redirect }) {
    const scan = new Requests(new URL(url).hostname);
    const answer = {
        status, headers: new AxiosHeaders(headers), data: body, verified: true, httpEquiv: new Map(),
        config: { url }, request: { res: { responseUrl: url } },
    };
    const over = [{ url: new URL(url.replace("https:", "http:")), status: redirect }, { url: new URL(url), status }];
    Object.assign(scan.responses, {
        auto: answer, https: answer, http: answer, httpRedirects: over, httpsRedirects: over.slice(1),
    });
    scan.resources.path = body;
    const jar = new CookieJar();
    cookies.forEach((cookie) => jar.setCookieSync(cookie, url));
    scan.session = { jar, url: new URL(url), redirectHistory: over };
    return scan;
}

const { pages } = JSON.parse(await text(process.stdin));
const judged = pages.map((page) => {
    const results = ALL_TESTS.map((rule) => rule(scanned(page)));
    const changes = Object.fromEntries(results.map(({ result }) => [result, getScoreModifier(result)]));
    return { score: 100 + Object.values(changes).reduce((sum, change) => sum + change, 0), changes };
});
process.stdout.write(JSON.stringify(judged));
