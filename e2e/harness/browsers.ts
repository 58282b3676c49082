import { chromium, type Browser as Chromium } from 'playwright-core';
import { launch, type Browser as Firefox } from 'puppeteer-core';
import { temporaryDir } from './files.ts';

/** Debian's Chromium; the caller closes it. */
export function openChromium(): Promise<Chromium> {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** Debian's Firefox ESR over WebDriver BiDi, with a home of its own; the caller closes it. */
export function openFirefox(): Promise<Firefox> {
  return launch({
    browser: 'firefox',
    executablePath: '/usr/bin/firefox-esr',
    headless: true,
    env: { ...process.env, HOME: temporaryDir(), MOZ_REMOTE_SETTINGS_DEVTOOLS: '1' },
    extraPrefsFirefox: { 'app.normandy.enabled': false, 'services.settings.server': 'http://127.0.0.1:1' },
  });
}
