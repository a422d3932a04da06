/** VitePress's own theme without its web fonts: the reader's system has good ones. */
import DefaultTheme from 'vitepress/theme-without-fonts'
import './style.css'

export default DefaultTheme
