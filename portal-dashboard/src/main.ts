/** The portal begins: language and theme first, so that nothing is drawn in the wrong ones. */
import '@fontsource-variable/noto-sans-jp/wght.css'
import './design/tokens.css'
import './design/base.css'
import { mount } from 'svelte'
import App from './App.svelte'
import { beginLanguage } from './lib/language.svelte.ts'
import { beginPulse } from './lib/pulse.svelte.ts'
import { beginRouter } from './lib/router.svelte.ts'
import { beginTheme } from './lib/theme.svelte.ts'

const target = document.getElementById('portal')
if (target === null) throw new Error('index.html has no place for the portal')

beginLanguage()
beginTheme()
beginRouter()
beginPulse()
mount(App, { target })
