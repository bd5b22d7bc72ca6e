/** Sets theme and language before anything is drawn, so that no page flashes in the wrong ones; lib/theme and lib/language take over. */
;(function () {
  var root = document.documentElement
  var stored = function (key) {
    try {
      return localStorage.getItem(key)
    } catch {
      return null
    }
  }
  var theme = stored('theme')
  var dark = theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  root.dataset.theme = dark ? 'dark' : 'light'
  var asked = new URLSearchParams(location.search).get('lang') || stored('language') || navigator.language
  root.lang = /^en/i.test(asked) ? 'en' : 'ja'
})()
